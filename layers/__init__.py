"""What is seen: plain map views, palette, words, and the one module that knows Folium."""
