for i = 1, 3 do
  if i == 2 then goto continue end
  print(i)
end
--: 2:18 no visible label 'continue' for <goto> at line 2
