Stripe.api_key = "sk_test_Njqed2jRl6kMWEw7tzkastw2"
