"""What is unusual in logs: lines → templates → counts → what of them their own past does not explain."""
