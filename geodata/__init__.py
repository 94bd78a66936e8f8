"""What is there: records, ports, coordinates, checks, files in and out, the store."""
