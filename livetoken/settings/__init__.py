"""The environment becomes frozen settings: one table, and the rule of each value.

A rule may be changed here alone; a new setting needs its Terraform variable and a row in tests/settings/settings.json.
"""
