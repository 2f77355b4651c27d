"""The pages for people: made on the server, usable without JavaScript; one file a subject."""
