"""Writers: one file per format; each turns a Report into text, and never prints or judges."""
