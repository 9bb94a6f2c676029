"""Statements that no story here can show to be needed, each with what demands it."""

EXPLAINED = {}
