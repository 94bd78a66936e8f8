"""Screens for people: one thin ``render(context)`` each."""
