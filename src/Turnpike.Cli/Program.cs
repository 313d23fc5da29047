Console.WriteLine("turnpike");
