"""Lists both ways: deliveries, opening stock and the history of a clinic brought in from spreadsheets."""
