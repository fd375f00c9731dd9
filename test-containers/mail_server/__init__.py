"""A mail server: takes letters by SMTP and puts each into its recipients' maildirs."""
