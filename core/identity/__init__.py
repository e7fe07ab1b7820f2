"""Accounts: who works here, how they prove it, and what they were given to do.

`accounts`, `units` and `grants` keep who may do what and where; `sign_in`, `second_factor`, `passkeys` and `recovery_codes`
prove who it is; `sessions` and `service_tokens` remember that it was proven. All of it lies in schema `identity`, which the
identity zone alone can use. An administrator's transaction reaches no credential of another: row-level security shows
those to their owner and to the program itself.
"""
