"""The steps by which databases come to the present tables, run by `store.migrate`."""
