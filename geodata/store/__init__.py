"""The engines that satisfy :class:`geodata.ports.Store`."""
