"""What do measurements mean? Pure decisions, no database, no clock."""
