"""Moving capital into a strategy: the calls, their exit, and the policy that judges them."""
