local lofty = require "lofty"
local Base = {} Base.__index = Base
function Base.extend(parent) local cls = setmetatable({}, { __index = parent, __call = function(c, ...) local o = setmetatable({}, c); if c.init then c.init(o, ...) end return o end }) cls.__index = cls; cls.super = parent return cls end
local Visitor = Base:extend()
function Visitor:init(stage) self.stage = stage; self.seen = 0 end
function Visitor:visit(lead) self.seen = self.seen + 1 end
function Visitor:run() for lead in lofty.leads.each { stage = self.stage } do self:visit(lead) end return self end
local Loud = Visitor:extend()
function Loud:visit(lead) self.super.visit(self, lead) print(lead.firstName) end
print(Loud("New Lead"):run().seen)
