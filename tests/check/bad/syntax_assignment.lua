local count = 0
count += 1
print(count)
--: 2:7 syntax error near '+'
--: said
