local function note() latest = 5 end
note()
--: 1:23 assignment to the undefined global "latest" in a function; write local, or give it a value at the top of the script first
--: said
