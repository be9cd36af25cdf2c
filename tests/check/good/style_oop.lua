local lofty = require("lofty")
local Queue = {}
Queue.__index = Queue
function Queue.new(name) local self = setmetatable({}, Queue) self.name = name; self.first = 0; self.last = -1; self.items = {}; return self end
function Queue:push(value) self.last = self.last + 1; self.items[self.last] = value; return self end
function Queue:pop() if self.first > self.last then return nil end local v = self.items[self.first]; self.items[self.first] = nil; self.first = self.first + 1; return v end
function Queue:__len() return self.last - self.first + 1 end
local q = Queue.new "work"
for lead in lofty.leads.each { stage = "New Lead" } do q:push(lead) end
local lead = q:pop()
while lead do print(lead.leadId, #q); lead = q:pop() end
