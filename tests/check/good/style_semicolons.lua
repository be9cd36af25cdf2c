local lofty = require "lofty";
local n = 0;
for _, l in pairs(lofty.leads.list({["limit"] = 4, ['stage'] = 'New Lead'})) do n = n + 1; end;
print(n);;
local t = {1, 2, 3; 4, n = 4,};
print(#t, t.n);
