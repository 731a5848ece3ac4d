"""Governed tables: a payer's, a drug's or a clinic's own rules, as versioned data with owner and effective dates."""
