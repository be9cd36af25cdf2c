local lofty = require "lofty"
local Stream = {} Stream.__index = Stream
local function stream(it) return setmetatable({ it = it }, Stream) end
function Stream:filter(p) local it = self.it return stream(function() local x repeat x = it() until x == nil or p(x) return x end) end
function Stream:map(f) local it = self.it return stream(function() local x = it() if x ~= nil then return f(x) end end) end
function Stream:each(f) for x in self.it do f(x) end end
local iter = lofty.leads.each { stage = "New Lead" }
stream(function() return iter() end):filter(function(l) return l.score ~= nil end):map(function(l) return l.leadId end):each(print)
