"""What do machines send and get? Flags by OFREP, exposures and events by JSON."""
