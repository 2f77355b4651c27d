"""Report to spreadsheet, self-contained page and terminal."""
