"""Statements that no story here can show to be needed, each with what demands it."""

# (role, statement): why it stands there all the same.
EXPLAINED = {
    ("AnswerOperatorFunctionRole", "LeaveOutcomesAlone"): "It denies, so nothing can miss it: what "
    "build jobs are told is not the operator's to write. "
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
}
