"""Lambda: functions, versions and aliases by Lambda's own rules, and real processes that run them."""
