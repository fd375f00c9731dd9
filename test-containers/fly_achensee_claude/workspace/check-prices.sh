#!/bin/sh
# Every flight has a price in whole euros.
rows=$(grep -c '^| [A-Z][a-z]* | [0-9]' prices.md)
priced=$(grep -Ec '\| [0-9]+ EUR \|$' prices.md)
echo "$priced of $rows flights have a price"
[ "$rows" -gt 0 ] && [ "$rows" -eq "$priced" ]
