curl -H "Authorization: Bearer KAm6im7KJHxargZCdaJKOHXyrEvzyjD9axwCpty4" https://x
