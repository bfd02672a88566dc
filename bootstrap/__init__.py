"""Onboarding: how a data set comes under watch."""
