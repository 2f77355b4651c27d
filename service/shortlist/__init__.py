"""The shortlist of a batch: what is proposed under the notice's quotas and why, what people changed, who sees which of it."""
