"""The service around the engine: keeps what it accepts, screens it in the background, shows each role what it may see."""
