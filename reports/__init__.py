"""What leaves the house: sheets that draw the same map view as the screen."""
