"""What do assignments and results mean? Pure decisions, no database, no clock."""
