local function factorial(n) return n <= 1 and 1 or n * factorial(n - 1) end
local even, odd
function even(n) return n == 0 or odd(n - 1) end
function odd(n) return n ~= 0 and even(n - 1) end
print(factorial(5), even(4))
