"""The stories of Pilotage, played on a deployed stack while light traffic runs."""
