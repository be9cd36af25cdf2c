local a, b = 7, 2
print(a // b, a % b, a & b, a | b, a ~ b, ~a, a << b, a >> b, a ^ b, -a, not a, #"abc", a .. b, a ~= b, 1e3, 0x1p4, 3.)
print(0xffffffffffffffff, 651095960136641, "\u{48}\x49\z
  there", [==[
long ]] text]==])
