local function is_gone(err) return err:is("TASK_NOT_EXSIT") end
print(pcall(is_gone, { is = function() end }))
--: 1:43 err:is: "TASK_NOT_EXSIT" is not a code in the catalogue; did you mean "TASK_NOT_EXIST"?
