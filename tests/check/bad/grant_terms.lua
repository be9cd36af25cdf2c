-- Sends a text to everybody.
-- loftyrun: allow send_sms, at most 5 a week
print("x")
--: 2:4 ~
--: said
