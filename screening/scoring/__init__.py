"""What the stages found, as points: weights from the rulebook, every figure shown, hard facts left out."""
