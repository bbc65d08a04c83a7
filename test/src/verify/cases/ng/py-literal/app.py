password = "bUeWtHl2Alq@95"
