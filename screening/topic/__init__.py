"""Text to fit with the notice's topic, with reasons."""
