"""The rules, without app or database: tables of cases, edges first, and laws."""
