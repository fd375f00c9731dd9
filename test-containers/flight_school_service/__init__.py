"""The flight school's own systems: its bookings, its vouchers, its weather station, its outbox."""
