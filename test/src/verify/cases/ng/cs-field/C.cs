const string ApiKey = "GW2NDL1mUxafWslm63Tj25LNfhZ04aOQ";
