-- KEYS: a body page.  ARGV: bytes.  Answers how long the page is then; -1 if it is sealed, and nothing is appended to it.
if redis.call('GETRANGE', KEYS[1], 0, 3) == '\40\181\47\253' then return -1 end
return redis.call('APPEND', KEYS[1], ARGV[1])
