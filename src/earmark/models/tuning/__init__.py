"""Searching for the best parameters of a recipe, on folds of training rows only.

``points`` says what is tried next, ``by_optuna`` does so by Optuna; ``study`` keeps what was found in an
SQLite file; ``searching`` makes the fits; ``nested`` says on which rows; ``importance`` what mattered.
"""
