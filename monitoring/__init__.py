"""What is happening: workflow, progress, operations. Pure: no I/O, no clock, no framework."""
