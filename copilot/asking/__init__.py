"""The deterministic question router: what is asked, about what, and the answer in words."""
