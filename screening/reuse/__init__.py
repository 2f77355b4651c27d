"""Text against text: fingerprints, retrieval, alignment, passages, rates."""
