"""LC1xx: does the output give what its loss expects?"""
