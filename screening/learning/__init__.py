"""Learning from labels: train, measure and calibrate topic models. Nothing that screening a case needs is in here."""
