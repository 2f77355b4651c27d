"""A fictional batch: texts written for this project, made into real Word files, with every fault that reviewers meet."""
