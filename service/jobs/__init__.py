"""The work behind the requests: unpacking, reading, screening, delivering."""
