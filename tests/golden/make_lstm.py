# Makes tests/golden/lstm.txt: an LSTM of two layers in float64 by PyTorch, forward and backward.
import torch
torch.manual_seed(11); torch.set_default_dtype(torch.float64)
T,B,I,H=4,3,5,2+2
lstm=torch.nn.LSTM(I,H,2)
for p in lstm.parameters(): torch.nn.init.uniform_(p,-0.6,0.6)
x=torch.rand(T,B,I)*2-1; x.requires_grad_()
h0=torch.rand(2,B,H)-0.5; c0=torch.rand(2,B,H)-0.5
w=torch.rand(T,B,H)*2-1
y,(hn,cn)=lstm(x,(h0,c0)); loss=(y*w).sum(); loss.backward()
def put(name,t):
    print(name, ' '.join('%.9g'%v for v in t.detach().reshape(-1).tolist()))
print(f'sizes {T} {B} {I} {H} 2')
for l in range(2):
    # PyTorch keeps W as [4H, I]; ours is [I, 4H]. The gate order i f g o is the same.
    put(f'layer{l}.input_weights', getattr(lstm,f'weight_ih_l{l}').t())
    put(f'layer{l}.hidden_weights', getattr(lstm,f'weight_hh_l{l}').t())
    put(f'layer{l}.bias', getattr(lstm,f'bias_ih_l{l}')+getattr(lstm,f'bias_hh_l{l}'))
put('x',x); put('h0',h0); put('c0',c0); put('d_y',w)
put('y',y); put('h_n',hn); put('c_n',cn); put('d_x',x.grad)
for l in range(2):
    put(f'd_layer{l}.input_weights', getattr(lstm,f'weight_ih_l{l}').grad.t())
    put(f'd_layer{l}.hidden_weights', getattr(lstm,f'weight_hh_l{l}').grad.t())
    put(f'd_layer{l}.bias', getattr(lstm,f'bias_ih_l{l}').grad)
